### Photo checks: findings for photographers and clerks.
