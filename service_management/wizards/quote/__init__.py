from . import service_quote_mixin
