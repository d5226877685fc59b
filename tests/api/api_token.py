"""The token of the app under test."""

TOKEN = "the token"
