"""The project of the case studies: the example project, and two apps more."""
