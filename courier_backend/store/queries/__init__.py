"""Questions to the store: functions of a connection, which give what the API answers."""

from sqlalchemy import Connection

__all__ = ["Connection"]
