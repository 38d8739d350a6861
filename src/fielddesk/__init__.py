"""FieldDesk: the service desk that works without a signal."""

__version__ = "0.1.0"
