#!/usr/bin/env bash
# Example of application software (a Fachverfahren) that uses Lichtbild with curl alone: collect -> fetch -> settle.
#
#     echo XXXXX-XXXXX-XXXXX-XXXXX | fachverfahren.sh https://gateway.stadt.example:9443 mitte-1 photos '{"outcome":"used"}'
#
# mitte-1 is the folder that `lichtbild-gateway device add` made: certificate.pem, key.pem, gateway-ca.pem. The folder photos must exist. The
# code comes on standard input, since every user of the computer can read command lines.
#
# Renewal: the certificate of a program ends after 60 days. Run once a day from cron (it does nothing until two thirds are over):
#
#     lichtbild-studio renew --config mitte-1/studio.toml
#
# Every request may be repeated: the same code gives this office the same collection while it has the lease, the photo can be fetched any
# number of times, and the same decision gives the same receipt. So repeat a request without an answer (curl fails). If the script is killed
# before the settlement, run it again with the same code; stored decisions are settled first.
#
# A device can settle only collections whose code it has sent. If counters share an inbox, or a computer got a new device, the decisions of another
# device are refused (`collection-code-required`). They stay in the inbox, and the script continues with the typed code. The device that began a
# decision settles it, or the first device that gets the code of that photo, with a new decision.
#
# A decision that the gateway refuses for good (a reason that does not exist, a date in the past, a collection that is over) is set aside: it
# becomes `Lichtbild-….failed`, standard error names it, and the script goes on. While the collection is open, the code of that photo with another
# decision settles it and removes the file. Otherwise remove it when you know the state of the photo. `GET /v1/collections/{id}` tells it.
#
# Exit codes: 0 done; 1 refused, with the problem's `type` and text on standard error; 75 try again later, nothing is lost. With a code they
# are about its photo, without a code about the decisions in the inbox.
set -euo pipefail

umask 077
gateway=$1 device=$2 inbox=$3 decision=${4:-'{"outcome":"used"}'}
work=$(mktemp -d "$inbox/.taking-XXXXXX")
trap 'rm -rf "$work"' EXIT

# A renewal leaves certificate and key in one file.
pair=(--cert "$device/certificate.pem" --key "$device/key.pem")
[[ -e $device/device.pem ]] && pair=(--cert "$device/device.pem")

# Prints the first value of a JSON field that holds plain text.
field() { grep -o "\"$1\":\"[^\"]*\"" "$2" | head -n 1 | cut -d '"' -f 4; }

# ask PATH [curl options]: sends one request until it is answered. The answer is in $work/answer; further headers come on standard input.
# After a refusal of the gateway $refusal is the problem's type.
ask() {
    local path=$1 status kind headers retry_after
    shift
    refusal=
    headers=$(cat)
    for wait_s in 0.2 0.4 0.8 1.6 3.2 enough; do
        rm -f "$work/answer" "$work/head"
        retry_after=
        if status=$(printf '%s\n' "$headers" | curl --silent --show-error --max-time 20 --header @- --header 'Accept-Language: de' \
            "${pair[@]}" --cacert "$device/gateway-ca.pem" --dump-header "$work/head" \
            --output "$work/answer" --write-out '%{http_code}' "$@" "$gateway$path" 2>"$work/error"); then
            [ "$status" -ge 300 ] || return 0
            kind=$(field type "$work/answer" || true)
            case $kind in
                gateway-busy | storage-unavailable | too-many-requests | too-many-connections)
                    # Temporary problems: try again.
                    retry_after=$(sed -n 's/^retry-after: *\([0-9]\)[[:space:]]*$/\1/Ip' "$work/head")
                    ;;
                ?*)
                    echo "$kind: $(field title "$work/answer"). $(field detail "$work/answer")" >&2
                    refusal=$kind
                    return 1
                    ;;
            esac
            echo "status $status $kind" >"$work/error"
        elif [ "$?" -eq 60 ] || grep -qi alert "$work/error"; then
            # Another server, or our certificate is refused: do not repeat, do not continue.
            cat "$work/error" >&2
            return 1
        fi
        [ "$wait_s" != enough ] || break
        echo "${path##*/}: $(cat "$work/error"), again in ${retry_after:-$wait_s} s" >&2
        sleep "${retry_after:-$wait_s}"
    done
    echo "${path##*/}: $(cat "$work/error"). Run it again: nothing is lost." >&2
    return 75
}

json='Content-Type: application/json'

# settle ID: sends the decision in ID.open, which exists until there is a receipt. Needs no code: the gateway knows which devices sent it, and
# refuses others. `set -e` has no effect in here, since the caller tests the status.
settle() {
    local status
    set_aside=
    ask "/v1/collections/$1/settle" --data-binary "@$inbox/Lichtbild-$1.open" <<<"$json" || {
        status=$?
        case $refusal in
            request-malformed | settlement-date | note-too-long | collection-unknown | collection-settled | lease-expired)
                # No repetition changes this. Another counter that shares this inbox may have been faster.
                if mv "$inbox/Lichtbild-$1.open" "$inbox/Lichtbild-$1.failed" 2>/dev/null; then
                    set_aside=1
                    echo "Lichtbild-$1.failed is set aside: enter that photo's code with another decision." >&2
                fi
                ;;
        esac
        return "$status"
    }
    mv "$work/answer" "$inbox/Lichtbild-$1.json" || return
    sync "$inbox/Lichtbild-$1.json" "$inbox" || return
    # Another counter that shares this inbox may have been faster.
    rm -f "$inbox/Lichtbild-$1.open" "$inbox/Lichtbild-$1.failed"
    cat "$inbox/Lichtbild-$1.json"
    echo
}

# Settle the decisions of earlier runs. A refused one stays or is set aside, and the script continues.
without_code=' '
left=0
for open in "$inbox"/Lichtbild-*.open; do
    [ -e "$open" ] || continue
    id=${open##*/Lichtbild-} id=${id%.open}
    status=0
    settle "$id" || status=$?
    [ -z "$set_aside" ] || left=1
    # The note is gone once it is settled, perhaps by another counter, or set aside.
    [ -e "$open" ] || continue
    [ -n "$refusal" ] || exit "$status"
    left=1
    advice=
    if [ "$refusal" = collection-code-required ]; then
        without_code+="$id "
        advice=": enter that photo's code here, or finish at the counter that began it"
    fi
    echo "Lichtbild-$id.open stays$advice." >&2
done

read -r code || true
[ -n "$code" ] || exit "$left"

# No code contains these two characters, and JSON would need them escaped.
code=${code//[\"\\]/?}

# Collect. The body is in a file that only this user can read, since standard input is for headers.
printf '{"code":"%s"}' "$code" >"$work/code"
ask /v1/collections --data-binary "@$work/code" <<<"$json"
id=$(field collection_id "$work/answer")
sha256=$(field sha256 "$work/answer")

# An earlier decision could not be settled without the code. The clerk who has the code now decides again.
if [[ $without_code == *" $id "* ]]; then
    decided=$(cat "$inbox/Lichtbild-$id.open")
    [ "$decided" = "$decision" ] || echo "Lichtbild-$id.open said $decided; $decision takes its place." >&2
fi

# Fetch the photo until its digest is that of the deposit.
for try in 1 2 3; do
    ask "/v1/collections/$id/photo" <<<"Retrieval-Code: $code"
    echo "$sha256  $work/answer" | sha256sum --check --status && break
    [ "$try" -lt 3 ] || { echo 'What arrives is not what was sent.' >&2 && exit 75; }
done

# Only settling erases the photo: photo and decision are on the disk first.
mv "$work/answer" "$inbox/Lichtbild-$id.jpg"
printf '%s' "$decision" >"$work/open"
sync "$inbox/Lichtbild-$id.jpg" "$work/open"
mv "$work/open" "$inbox/Lichtbild-$id.open"
sync "$inbox"
settle "$id"
