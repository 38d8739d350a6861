"""The pieces of taking a list in and giving one out: the run, the preview, the report, the export."""
