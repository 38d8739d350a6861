"""Who works with FieldDesk, and what their role lets them do."""
