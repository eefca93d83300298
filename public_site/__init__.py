"""The pages that citizens read: rendered on the server, in Chinese, without a line of script."""
