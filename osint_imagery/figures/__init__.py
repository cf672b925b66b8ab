"""Pictures that carry their dates, credit, scale and digest."""
