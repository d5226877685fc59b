"""Questions to the store: functions of a connection, which give what the API answers."""
