"""What the app knows about its own doing: the activity log; probes and metrics later."""

from app.health.activity import ActivityLog, ConnectionLog

__all__ = ["ActivityLog", "ConnectionLog"]
