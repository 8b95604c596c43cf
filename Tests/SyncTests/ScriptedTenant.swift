import Directory
import FieldStorage
import Synchronization
import Timekeeping

/// A tenant whose answers are written down, and a record of what was asked.
final class ScriptedTenant: TenantSource {
    /// What can be changed between passes.
    struct Script: Sendable {
        var pages: [EntityKind: [[Entity]]] = [:]
        /// Activities by (id, time, kind, user, group).
        var activities: [(id: String, time: Timestamp, kind: String, user: Int64, group: Int64?)] = []
        var activitiesPerPage = 2
        /// The failure of a collection's page of this index, from 0.
        var failures: [EntityKind: (page: Int, failure: SourceFailure)] = [:]
        var activityFailure: (page: Int, failure: SourceFailure)?
        var repeatsCursor = false
        /// The failure of a query for the factors of this user.
        var factorFailure: (user: Int64, failure: SourceFailure)?
        /// How far the tenant's clock is ahead of ours.
        var skewSeconds: Int64?
        /// Told of every query for records before it is answered.
        var onAsk: @Sendable (EntityQuery) -> Void = { _ in }
        /// Rows of a collection's first page that cannot be read.
        var unreadable: [EntityKind: [UnreadableText]] = [:]
    }

    private let state: Mutex<(script: Script, asked: [String])>

    init(_ script: Script) { state = Mutex((script, [])) }

    var asked: [String] { state.withLock { $0.asked } }

    func change(_ edit: (inout Script) -> Void) { state.withLock { edit(&$0.script) } }

    func entities(_ query: EntityQuery) async throws(SourceFailure) -> EntityPage {
        let script = state.withLock { state in
            let first = query.userIDs.first.map { " from \($0)" } ?? ""
            state.asked.append("\(query.kind.rawValue) \(query.cursor ?? "-")\(first)")
            return state.script
        }
        script.onAsk(query)
        if let planned = script.factorFailure, query.userIDs.contains(planned.user) { throw planned.failure }
        let page = query.cursor.flatMap { Int($0) } ?? 0
        if let planned = script.failures[query.kind], planned.page == page { throw planned.failure }
        let pages = script.pages[query.kind] ?? []
        let next = page + 1 < pages.count ? String(script.repeatsCursor ? max(page, 1) : page + 1) : nil
        return EntityPage(
            entities: page < pages.count ? pages[page] : [], next: next,
            unreadable: page == 0 ? script.unreadable[query.kind] ?? [] : [])
    }

    func activities(_ query: ActivityQuery) async throws(SourceFailure) -> ActivityPage {
        let script = state.withLock { state in
            state.asked.append("activities since \(query.since.rfc3339) \(query.cursor ?? "-")")
            return state.script
        }
        let page = query.cursor.flatMap { Int($0) } ?? 0
        if let planned = script.activityFailure, planned.page == page { throw planned.failure }
        let wanted = script.activities.filter { $0.time >= query.since }
        let start = page * script.activitiesPerPage
        let batch = ActivityBatch(capacity: script.activitiesPerPage)
        for activity in wanted.dropFirst(start).prefix(script.activitiesPerPage) {
            let row = batch.append()
            batch[row, .id] = batch.arena.copy(activity.id)
            batch[row, .time] = .timestamp(
                seconds: activity.time.seconds, nanoseconds: activity.time.nanoseconds)
            batch[row, .kind] = batch.arena.copy(activity.kind)
            batch[row, .userID] = .int(activity.user)
            if let group = activity.group { batch[row, .groupID] = .int(group) }
        }
        let hasMore = start + script.activitiesPerPage < wanted.count
        return ActivityPage(batch: batch, next: hasMore ? String(page + 1) : nil)
    }

    func health() async -> SourceHealth {
        var health = SourceHealth()
        health.clockSkewSeconds = state.withLock { $0.script.skewSeconds }
        return health
    }

    func testConnection() async -> ConnectionTest { ConnectionTest() }
}
