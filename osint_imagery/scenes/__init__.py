"""Where scenes come from and how they are read onto a grid."""
