from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    service_reminder_time = fields.Integer(
        related='company_id.service_reminder_time', readonly=False)
    service_reminder_unit = fields.Selection(
        related='company_id.service_reminder_unit', readonly=False, required=True)
    service_visit_hours = fields.Float(related='company_id.service_visit_hours', readonly=False)
    service_clock_hours = fields.Float(related='company_id.service_clock_hours', readonly=False)
    service_customer_moves = fields.Selection(
        related='company_id.service_customer_moves', readonly=False)
    service_customer_moves_hours = fields.Integer(
        related='company_id.service_customer_moves_hours', readonly=False)
    service_road_factor = fields.Float(
        related='company_id.service_road_factor', readonly=False)
    service_road_town_km = fields.Float(
        related='company_id.service_road_town_km', readonly=False)
    service_road_country_km = fields.Float(
        related='company_id.service_road_country_km', readonly=False)
    service_road_town_speed = fields.Integer(
        related='company_id.service_road_town_speed', readonly=False)
    service_road_country_speed = fields.Integer(
        related='company_id.service_road_country_speed', readonly=False)
    service_road_highway_speed = fields.Integer(
        related='company_id.service_road_highway_speed', readonly=False)
    service_forbids_expired = fields.Boolean(
        related='company_id.service_forbids_expired', readonly=False)
    service_forbids_unskilled = fields.Boolean(
        related='company_id.service_forbids_unskilled', readonly=False)
    service_forbids_leave = fields.Boolean(
        related='company_id.service_forbids_leave', readonly=False)
    service_forbids_closed = fields.Boolean(
        related='company_id.service_forbids_closed', readonly=False)
    service_forbids_zone = fields.Boolean(
        related='company_id.service_forbids_zone', readonly=False)
