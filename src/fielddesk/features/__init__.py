"""The product: one folder for each capability, the same file names in all."""
