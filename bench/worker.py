"""One worker process of the house that the environment describes, until SIGTERM."""

import django

if __name__ == "__main__":
    django.setup()
    from kundenakte import pipeline
    from kundenakte.base.jobs.worker import Worker

    pipeline.register_jobs()
    Worker().run()
