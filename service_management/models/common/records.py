"""What actions and writes of several documents share."""




def open_records(records, xml_id):
    """Return an action that shows some records: the form of one, else the list.

    :param str xml_id: the window action of their model
    """
    action = records.env['ir.actions.act_window']._for_xml_id(xml_id)
    if len(records) == 1:
        return {**action, 'res_id': records.id, 'views': [(False, 'form')], 'context': {}}
    return {**action, 'domain': [('id', 'in', records.ids)], 'context': {}}



def changes_any(record, vals, names):
    """Tell whether writing some values would change one of the fields named."""
    return any(
        record._fields[name].convert_to_cache(vals[name], record)
        != record._fields[name].convert_to_cache(record[name], record)
        for name in names & set(vals))

