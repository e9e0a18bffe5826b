"""What writes of several documents share."""


def changes_any(record, vals, names):
    """Tell whether writing some values would change one of the fields named."""
    return any(
        record._fields[name].convert_to_cache(vals[name], record)
        != record._fields[name].convert_to_cache(record[name], record)
        for name in names & set(vals))
