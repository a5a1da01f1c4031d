-- name: upsert_user(id, email)!
-- The one user whom the token of the settings stands for.
INSERT INTO accounts.users (id, email) VALUES (:id, :email)
ON CONFLICT (id) DO UPDATE SET email = excluded.email;
