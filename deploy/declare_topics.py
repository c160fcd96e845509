"""Make the topics of a deployment exist as `streams/topics.py` declares them, then end; safe to repeat.

Workers do the same when they start. This lets producers begin before the first worker is up.
"""

import os
import sys

from confluent_kafka import KafkaException

from streams.engine import TopicMismatch, declare
from streams.settings import BadSetting, read_settings
from streams.topics import declared_topics

try:
    settings = read_settings(os.environ)
    declare(settings.brokers, declared_topics(settings))
except (BadSetting, TopicMismatch) as error:
    sys.exit(f"The topics were not declared: {error}")
except KafkaException as error:
    sys.exit(f"The topics were not declared: SEGUE_BROKERS={settings.brokers} says {error.args[0].str()}")
