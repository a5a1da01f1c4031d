"""Who asks. One user for now, whose bearer token is in the settings."""

import hmac
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from clavilux_kit.errors import Unauthenticated
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

_BEARER = HTTPBearer(auto_error=False, description="The token of `CLAVILUX_TOKEN`.")


@dataclass(frozen=True)
class User:
    """The one who asks."""

    id: UUID


class SingleUser:
    """Accounts in their smallest form: one token, one user."""

    def __init__(self, token: str, user: User) -> None:
        self._token = token.encode()
        self._user = user

    def user_of(self, token: str) -> User | None:
        """Return the token's user. Takes the same time for every wrong token."""
        return self._user if hmac.compare_digest(token.encode(), self._token) else None


def current_user(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> User:
    """Return who asks. Raises Unauthenticated before anything of the body is read."""
    accounts: SingleUser = request.app.state.parts.accounts
    user = accounts.user_of(credentials.credentials) if credentials else None
    if user is None:
        raise Unauthenticated("Send the header `Authorization: Bearer <token>` with a valid token.")
    return user


CurrentUser = Annotated[User, Depends(current_user)]
