"""The users, in Postgres. For now there is one, whom the settings name."""

from uuid import UUID

from clavilux_gateway.adapters.database import Pool, load_queries, reachable

_QUERIES = load_queries("accounts")


async def make_sure_of_user(pool: Pool, user_id: UUID, email: str) -> None:
    """Insert the user's row, or bring its e-mail address up to date."""
    async with reachable():
        await _QUERIES.upsert_user(pool, id=user_id, email=email)
