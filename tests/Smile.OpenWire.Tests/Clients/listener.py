"""Subscribes to a topic over STOMP with a selector and prints each message as one line of JSON."""
import json
import sys
import threading

import stomp

password, host_port, user, topic, selector, count = sys.argv[1:]
host, port = host_port.split(":")
done = threading.Event()
left = int(count)


class Printer(stomp.ConnectionListener):
    def on_message(self, frame):
        global left
        print(json.dumps({"text": frame.body, "headers": frame.headers}), flush=True)
        left -= 1
        if left == 0:
            done.set()

    def on_receipt(self, frame):
        print("READY", flush=True)

    def on_error(self, frame):
        print(json.dumps({"error": frame.body}), flush=True)
        done.set()


connection = stomp.Connection12([(host, int(port))])
connection.set_listener("", Printer())
connection.connect(user, password, wait=True)
connection.subscribe("/topic/" + topic, id="1", ack="auto", headers={"selector": selector, "receipt": "subscribed"})
done.wait()
connection.disconnect()
print("DONE", flush=True)
