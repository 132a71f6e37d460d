"""The project: settings, services, pages that belong to no app."""
