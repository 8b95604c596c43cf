import Directory
import FieldStorage
import OneLogin
import Timekeeping

/// A tenant that follows a script: which activity can be fetched from when on, and how the users look when.
struct ScriptedTenant: TenantSource {
    /// One activity of the script.
    struct Entry: Sendable {
        let id: Int
        /// When it happened, and when the API has it: seconds after the start.
        let second: Int64
        let arrival: Int64
        let type: Int
        let user: Int64
        var ip = "192.0.2.1"
        var role: Int64?
    }

    static let start = Timestamp(seconds: 1_772_323_200)
    let entries: [Entry]
    /// The department of user 1 from a second on.
    var departments: [(second: Int64, name: String)] = [(0, "IT")]
    let pageSize: Int
    let clock: ManualClock

    private var now: Int64 { (clock.now() - Self.start).seconds }

    func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage {
        guard query.kind == .user else { return EntityPage(entities: []) }
        let department = departments.last { $0.second <= now }?.name
        let users = (1...3).map { id in
            var user = User(id: Int64(id), username: "user\(id)", createdAt: Self.start - .days(9))
            user.roleIDs = []
            user.department = id == 1 ? department : "HR"
            return Entity.user(user)
        }
        return EntityPage(entities: users)
    }

    func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage {
        let here = entries.filter { $0.arrival <= now && Self.start + .seconds($0.second) >= query.since }
            .sorted { ($0.second, $0.id) < ($1.second, $1.id) }
        let from = query.cursor.flatMap { Int($0) } ?? 0
        let page = here.dropFirst(from).prefix(pageSize)
        let batch = ActivityBatch(capacity: page.count)
        for entry in page { Self.append(entry, to: batch) }
        let end = from + page.count
        return ActivityPage(batch: batch, next: end < here.count ? String(end) : nil)
    }

    static func append(_ entry: Entry, to batch: ActivityBatch) {
        let role = entry.role.map { ",\"role_id\":\($0)" } ?? ""
        let text = batch.arena.copy(
            """
            {"id":\(entry.id),"created_at":"\((start + .seconds(entry.second)).rfc3339)","account_id":1,\
            "event_type_id":\(entry.type),"user_id":\(entry.user),"actor_user_id":9,"ipaddr":"\(entry.ip)"\(role)}
            """)
        do throws(UnreadableRecord) {
            try WireActivityDecoder().decode(text.text, into: batch, source: .api)
            batch[batch.count - 1, .raw] = text
        } catch {
            preconditionFailure("the script writes records that can be read: \(error.reason)")
        }
    }

    func testConnection() async -> ConnectionTest { ConnectionTest() }
}
