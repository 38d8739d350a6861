"""Plain Python that every other part stands on; it imports nothing else of FieldDesk."""
