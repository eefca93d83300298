"""The desks: pages for people who are signed in. Each page stands on `forms`."""
