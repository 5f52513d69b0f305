"""The migrations, in the order of their numbers. One that has been released is not changed any more."""
