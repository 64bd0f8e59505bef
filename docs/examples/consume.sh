#!/bin/sh
# Prints a line per file event: RABBIT=http://user:password@host:15672 sh consume.sh QUEUE [SECONDS]
# Ends after SECONDS without a message; without SECONDS never. Needs rabbitmqadmin and jq.
set -eu
queue=${1:?usage: consume.sh QUEUE [SECONDS]} patience=${2:-0} idle=0
rest=${RABBIT#http://} && rest=${rest%/}
user=${rest%%@*} address=${rest#*@}

admin() {
    rabbitmqadmin -q --host="${address%:*}" --port="${address#*:}" --vhost="${VHOST:-/}" \
        --username="${user%%:*}" --password="${user#*:}" "$@"
}

# A durable quorum queue of our own, bound to the fan-out that every file event goes through.
admin declare queue name="$queue" durable=true arguments='{"x-queue-type": "quorum"}'
admin declare binding source=apollonia destination="$queue" destination_type=queue

while :; do
    # Look at the first one, do our work, and only then take it away: a crash repeats it.
    message=$(admin get queue="$queue" count=1 ackmode=ack_requeue_true -f raw_json)
    if [ "$(printf %s "$message" | jq length)" -eq 0 ]; then
        idle=$((idle + 1))
        if [ "$patience" -gt 0 ] && [ "$idle" -ge "$patience" ]; then exit 0; fi
        sleep 1
        continue
    fi
    idle=0
    printf %s "$message" | jq -r '.[0].payload | fromjson | "\(.event_type) \(.size) \(.file_path)"'
    admin get queue="$queue" count=1 ackmode=ack_requeue_false -f raw_json >/dev/null
done
