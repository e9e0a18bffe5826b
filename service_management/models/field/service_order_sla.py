from odoo import models


class ServiceOrderSla(models.Model):
    _inherit = 'service.order.sla'

    def _put_back(self, before, after):
        """Let one clock be as it was before a tap that is taken back; the job looks at it again.

        :param dict before: what it was, as plain values with its spans; None if it was not there
        :param dict after: what the tap made of it, and nothing else has since
        """
        self.ensure_one()
        if before is None:
            self.unlink()
            return
        spans = {span.id: span for span in self.interval_ids}
        former = {span[0] for span in before['spans']}
        for made in after['spans']:
            if made[0] not in former:
                spans[made[0]].unlink()
        for span_id, _kind, start, end in before['spans']:
            spans[span_id].write({'date_start': start, 'date_end': end})
        self.write({name: value for name, value in before.items() if name != 'spans'})
        self._wake_job()
