"""The import templates: what a spreadsheet of each list looks like, with an example.

The headings are the labels of the fields, as Odoo's import finds them by itself. What a record is
called in the file stands in *External ID*: the other files refer to it.
"""
import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

from .settings import ROOT

FOLDER = ROOT / 'service_management' / 'static' / 'xls'
#: {file: rows}, headings first
SHEETS = {
    'customers_with_sites': [
        ['External ID', 'Name', 'Is a Company', 'Related Company/External ID', 'Address Type',
         'Street', 'Zip', 'City', 'Email', 'Phone'],
        ['customer_1', 'Harbour Hotel', 'True', '', '', 'Quay 1', 'LV-1010', 'Riga',
         'office@harbour.example.com', '+371 20000001'],
        ['customer_1_site_1', 'Boiler House', '', 'customer_1', 'Delivery', 'Pier 2', 'LV-3401',
         'Liepaja', '', ''],
        ['customer_1_contact_1', 'Maria Ozola', '', 'customer_1', 'Contact', '', '', '',
         'maria@harbour.example.com', '+371 20000002'],
        ['customer_2', 'Corner Bakery', 'True', '', '', 'Market Street 3', 'LV-1050', 'Riga',
         'bakery@example.com', ''],
    ],
    'teams': [
        ['External ID', 'Name', 'Technicians'],
        ['team_1', 'North', 'Anna Liepa,Boris Kalns'],
    ],
    'service_objects': [
        ['External ID', 'Name', 'Reference', 'Customer/External ID', 'Site/External ID',
         'Serial Number', 'In Service Since', 'Labor Warranty Until', 'Parts Warranty Until'],
        ['object_1', 'Boiler, basement', 'B-001', 'customer_1', 'customer_1_site_1', 'SN-4711',
         '2023-05-01', '2025-04-30', '2028-04-30'],
        ['object_2', 'Bread oven', 'O-001', 'customer_2', 'customer_2', 'SN-0815', '2024-01-15', '', ''],
    ],
    'meter_readings': [
        ['Meter/External ID', 'Read On', 'Value', 'Reset', 'Note'],
        ['meter_1', '2026-02-01 08:00:00', '1250', '', ''],
        ['meter_1', '2026-03-01 08:00:00', '1410.5', '', 'Read by the customer'],
    ],
    'meters': [
        ['External ID', 'Name', 'Object/External ID', 'Unit', 'Start Value', 'Overflows At'],
        ['meter_1', 'Running Hours', 'object_1', 'h', '1000', '100000'],
    ],
    'service_agreements': [
        ['External ID', 'Subject', 'Customer/External ID', 'Service Objects/External ID', 'From', 'To',
         'Labor (%)', 'Parts (%)', 'Lines/Kind', 'Lines/Description', 'Lines/Quantity',
         'Lines/First Due', 'Lines/Every', 'Lines/Interval'],
        ['agreement_1', 'Boiler care', 'customer_1', 'object_1', '2026-01-01', '', '100', '0', 'Hours',
         'Yearly inspection', '3', '2026-09-01', '1', 'Years'],
        ['', '', '', '', '', '', '', '', 'Hours', 'Quarterly check', '1', '2026-03-01', '3', 'Months'],
    ],
    'service_subscriptions': [
        ['External ID', 'Subject', 'Customer/External ID', 'Plan', 'From', 'To', 'Lines/Product',
         'Lines/Description', 'Lines/Quantity', 'Lines/Base Price'],
        ['subscription_1', 'Monitoring', 'customer_1', 'Monthly, in advance', '2026-01-01', '',
         'Service Fee', 'Remote monitoring', '1', '49'],
        ['', '', '', '', '', '', 'Service Fee', 'Hotline', '1', '20'],
    ],
    'service_structures': [
        ['External ID', 'Object/External ID', 'Description', 'Part Of/External ID',
         'Serial Number', 'Quantity', 'Position', 'Fitted On', 'Warranty Until'],
        ['component_1', 'object_1', 'Burner', '', 'BR-1', '1', 'Front', '2023-05-01', '2025-04-30'],
        ['component_2', 'object_1', 'Ignition electrode', 'component_1', '', '2', '', '2024-11-20', ''],
    ],
    'repair_symptoms': [
        ['External ID', 'Name', 'Code', 'Symptoms/External ID', 'Symptoms/Name', 'Symptoms/Code'],
        ['symptom_area_1', 'Heating and hot water', 'H', 'symptom_1', 'No hot water', 'H1'],
        ['', '', '', 'symptom_2', 'Burner does not start', 'H2'],
        ['symptom_area_2', 'Noise', 'N', 'symptom_3', 'Rattles', 'N1'],
    ],
    'repair_diagnoses': [
        ['External ID', 'Name', 'Code', 'Diagnoses/External ID', 'Diagnoses/Name', 'Diagnoses/Code',
         'Diagnoses/Not Under Warranty'],
        ['diagnosis_area_1', 'Burner', 'B', 'diagnosis_1', 'Ignition electrode worn', 'B1', 'False'],
        ['', '', '', 'diagnosis_2', 'Settings changed by the user', 'B9', 'True'],
    ],
    'repair_resolutions': [
        ['External ID', 'Name', 'Code', 'Not Under Warranty'],
        ['resolution_1', 'Replaced', 'R1', 'False'],
        ['resolution_2', 'Cleaned', 'R2', 'True'],
    ],
    'repair_combinations': [
        ['External ID', 'Symptom/External ID', 'Diagnosis/External ID', 'Resolution/External ID'],
        ['combination_1', 'symptom_2', 'diagnosis_1', 'resolution_1'],
        ['combination_2', 'symptom_2', 'diagnosis_2', 'resolution_2'],
    ],
    'service_certificates': [
        ['External ID', 'Object/External ID', 'Kind', 'Number', 'Result', 'Issued On', 'Valid To'],
        ['certificate_1', 'object_1', 'Gas safety', 'GS-2025-118', 'Passed', '2025-11-03', '2026-11-02'],
        ['certificate_2', 'object_2', 'Electrical inspection', '', 'Passed with Remarks', '2024-05-14', ''],
    ],
    'service_orders_of_the_past': [
        ['External ID', 'History', 'Subject', 'Customer/External ID', 'Service Objects/External ID',
         'Called On', 'Customer Reference', 'Lines/Kind', 'Lines/Product', 'Lines/Description',
         'Lines/Date', 'Lines/Actual', 'Lines/Unit Price'],
        ['past_1', 'True', 'Boiler does not start', 'customer_1', 'object_1', '2025-02-03 08:00:00',
         'PO 17', 'Hours', '', 'Ignition electrode replaced', '2025-02-03', '2', '75'],
        ['', '', '', '', '', '', '', 'Fee', 'Service Fee', 'Call-out fee', '2025-02-03', '1', '40'],
    ],
}
_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
</Types>"""
_OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="{office}/{kind}" Target="{target}"/>
</Relationships>"""
_MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
_WORKBOOK = f"""<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">
<sheets><sheet name="Import" sheetId="1" r:id="rId1"/></sheets></workbook>"""


def make_sheet(rows):
    """Return a spreadsheet of texts as bytes, the same for the same rows."""
    cells = '\n'.join(
        '<row>' + ''.join(
            f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>' if text else '<c/>'
            for text in row) + '</row>'
        for row in rows)
    widths = ''.join(
        f'<col min="{index}" max="{index}" width="{max(map(len, column)) + 3}" customWidth="1"/>'
        for index, column in enumerate(zip(*rows, strict=True), start=1))
    parts = {
        '[Content_Types].xml': _TYPES,
        '_rels/.rels': _RELATIONS.format(
            office=_OFFICE, kind='officeDocument', target='xl/workbook.xml'),
        'xl/workbook.xml': _WORKBOOK,
        'xl/_rels/workbook.xml.rels': _RELATIONS.format(
            office=_OFFICE, kind='worksheet', target='worksheets/sheet1.xml'),
        'xl/worksheets/sheet1.xml': (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="{_MAIN}">'
            f'<cols>{widths}</cols><sheetData>{cells}</sheetData></worksheet>'),
    }
    content = BytesIO()
    with zipfile.ZipFile(content, 'w') as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # no time of day: nothing differs
    return content.getvalue()


def sheets(options=None):
    """Write all templates."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, rows in SHEETS.items():
        (FOLDER / f'{name}.xlsx').write_bytes(make_sheet(rows))
    return 0
