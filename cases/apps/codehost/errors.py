"""What the code host's calls raise.

CodeHostError
├── RepositoryNotFound
├── PullRequestNotFound
├── OrganisationNotFound
└── CodeHostUnavailable
"""


class CodeHostError(Exception):
    """A call to the code host did not do what it should."""


class RepositoryNotFound(CodeHostError):
    """The code host knows no repository of this name."""


class PullRequestNotFound(CodeHostError):
    """The repository has no pull request of this number."""


class OrganisationNotFound(CodeHostError):
    """The code host knows no organisation of this name."""


class CodeHostUnavailable(CodeHostError):
    """The code host gave no answer in time, or a server error."""
