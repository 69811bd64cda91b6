"""The six operations of each resource type (check, diff, create, update, read, delete) over plain JSON values."""
