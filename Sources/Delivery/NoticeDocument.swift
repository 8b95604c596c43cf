public import Alerting

/// A notice as the JSON that stdout and webhooks carry; the keys and their order are a promise.
///
/// `type` is `alert.opened`, `alert.raised` or `alert.resolved`. Times are RFC 3339 in UTC, absent ones are null.
public enum NoticeDocument {
    /// The most bytes a document has: what receivers of Standard Webhooks are expected to take.
    public static let byteLimit = 20_000
    /// How much of a document that would be longer is kept: characters of title and message, activity ids.
    static let shortenedTextLimit = 1000
    static let shortenedIDLimit = 10

    /// `{"type", "timestamp", "alert": {...}}`, one line without its end.
    public static func line(_ notice: Notice) -> String { document(notice, under: "alert").text }

    /// `{"type", "timestamp", "data": {...}}`: the body of a webhook.
    public static func webhookBody(_ notice: Notice) -> [UInt8] { document(notice, under: "data").bytes }

    /// The event's name.
    public static func type(of notice: Notice) -> String { "alert.\(notice.transition.kind.rawValue)" }

    private static func document(_ notice: Notice, under key: String) -> JSONText {
        let whole = document(notice, under: key, isShortened: false)
        return whole.bytes.count <= byteLimit ? whole : document(notice, under: key, isShortened: true)
    }

    private static func document(_ notice: Notice, under key: String, isShortened: Bool) -> JSONText {
        var json = JSONText()
        json.object { json in
            json.add("type", type(of: notice))
            json.add("timestamp", notice.transition.at)
            json.object(key) { add(notice, to: &$0, isShortened: isShortened) }
        }
        return json
    }

    private static func add(_ notice: Notice, to json: inout JSONText, isShortened: Bool) {
        let alert = notice.transition.alert
        func held(_ text: String) -> String {
            isShortened && text.unicodeScalars.count > shortenedTextLimit
                ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(shortenedTextLimit))) + "…" : text
        }
        json.add("id", alert.id)
        json.add("sequence", alert.sequence)
        json.add("connection", alert.binding.connection)
        json.add("policy", alert.binding.policy)
        json.add("rule", alert.binding.rule)
        json.add("severity", alert.severity.rawValue)
        json.add("status", alert.status.rawValue)
        json.add("title", held(alert.title))
        json.add("message", held(alert.message))
        json.add("key_id", alert.dedupKey.keyID)
        json.array("key") { list in
            for value in alert.dedupKey.key where !isShortened { list.add(nil, value) }
        }
        json.object("evidence") { evidence in
            for one in alert.evidence where !isShortened { evidence.add(one.name, one.value) }
        }
        json.array("activity_ids") { list in
            for id in alert.activityIDs.prefix(isShortened ? shortenedIDLimit : alert.activityIDs.count) {
                list.add(nil, isShortened ? String(id.prefix(100)) : id)
            }
        }
        json.add("finding_count", alert.findingCount)
        json.add("first_seen_at", alert.firstSeenAt)
        json.add("last_seen_at", alert.lastSeenAt)
        json.add("opened_at", alert.openedAt)
        json.add("resolved_at", alert.resolvedAt)
        json.add("resolved_because", notice.transition.reason?.rawValue)
        json.add("is_shortened", EvidenceValue.bool(isShortened))
    }
}
