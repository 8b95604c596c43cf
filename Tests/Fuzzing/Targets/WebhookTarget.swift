import Directory
import FieldStorage
import JSONScanning
import OneLogin

extension FuzzTarget {
    /// The body of an event webhook: whatever comes, what can be read is, and no record hides another.
    static let webhook = FuzzTarget(name: "webhook") { bytes in
        let whole = EventBody(Array(bytes), place: "fuzz")
        for row in 0..<whole.batch.count {
            let activity = whole.batch.activity(at: row)
            if activity.id.isEmpty { return "an activity without an id" }
            for field in ActivityField.allCases where activity[field].tag == .string {
                _ = activity[field].string.utf8.count
            }
        }
        if let blank = whole.unreadable.first(where: { $0.reason.isEmpty }) { return "no reason for `\(blank.text)`" }
        return hidden(by: bytes)
    }

    /// Puts the bytes between two good records of a list: where they have an end, both must be read.
    private static func hidden(by bytes: UnsafeRawBufferPointer) -> String? {
        guard !bytes.contains(10), hasExtent(bytes) else { return nil }
        func good(_ id: String) -> [UInt8] {
            Array(#"{"uuid":"\#(id)","event_timestamp":"2026-02-01 07:12:09 UTC","event_type_id":6}"#.utf8)
        }
        let body = [91] + good("before") + [44] + Array(bytes) + [44] + good("after") + [93]
        let read = EventBody(body, place: "fuzz")
        let ids = (0..<read.batch.count).map { read.batch.activity(at: $0).id }
        return ids.first == "before" && ids.last == "after" ? nil : "the neighbours are lost: \(read.unreadable)"
    }

    private static func hasExtent(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(JSONFault) {
            var strict = JSONCursor(bytes)
            var lenient = strict
            let extent = try lenient.valueOrExtent()
            try lenient.finish()
            if let value = try? strict.value() { precondition(value.text.count == extent.text.count) }
            return true
        } catch {
            return false
        }
    }
}
