from . import service_job_mixin
