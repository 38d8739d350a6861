"""What an engineer can do, one folder for each subject, the same file names in all."""
