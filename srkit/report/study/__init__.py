"""Study folders to tables, figures, and a page. Reads files only."""
