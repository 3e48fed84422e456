"""Sends a text over STOMP, once with a content length and once without."""
import sys

import stomp

password, host_port, user, topic, text = sys.argv[1:]
host, port = host_port.split(":")
for with_length in (True, False):
    connection = stomp.Connection12([(host, int(port))], auto_content_length=with_length)
    connection.connect(user, password, wait=True)
    connection.send("/topic/" + topic, text, headers={"sid": "17", "receipt": "sent"})
    connection.disconnect()
