//! Histories over PostgreSQL.
