import Directory
import Reporting
import RuleLanguage
import Timekeeping

extension AuditReport {
    /// Takes over what a directory's index knows of its collections and super users.
    mutating func describe(_ index: DirectoryIndex) {
        let snapshot = index.snapshot
        let counts: [(EntityKind, Int)] = [
            (.user, snapshot.users.count), (.group, snapshot.groups.count), (.role, snapshot.roles.count),
            (.app, snapshot.apps.count), (.privilege, snapshot.privileges.count), (.device, snapshot.devices.count),
            (.mapping, snapshot.mappings.count), (.credential, snapshot.credentials.count),
        ]
        collections = counts.map { kind, count in
            CollectionState(
                name: kind.rawValue, count: count,
                availability: CollectionState.Availability(rawValue: snapshot.availability(of: kind).rawValue)
                    ?? .notAvailable)
        }
        guard let census = index.superUsers else { return }
        superUsers = SuperUserCount(
            resolvers: census.sources.map { "\($0.resolver.summary): \($0.count)" }, count: census.userIDs.count)
    }

    /// Takes over the controls of the policies that cover a connection.
    mutating func describe(policies: [Policy], connection: String) {
        controls = policies.filter { $0.covers(connection: connection) && !$0.controls.isEmpty }.map { policy in
            ControlSection(
                policy: policy.id, title: policy.title,
                controls: policy.controls.map { Control(id: $0.id, title: $0.title, rules: $0.rules) })
        }
    }

    /// Takes over records that could not be read, the first hundred of them with their reasons.
    mutating func describe(unreadable: [UnreadableText], count: Int) {
        quarantineCount += count
        let room = max(0, 100 - quarantine.count)
        quarantine += unreadable.prefix(room).map { QuarantineEntry(place: $0.place, reason: $0.reason) }
    }

    /// Takes over the first and last moment of the activities.
    mutating func describe(range times: (first: Timestamp, last: Timestamp)?) {
        guard let times else { return }
        range = TimeWindow(start: times.first, end: times.last + TimeSpan(seconds: 0, nanoseconds: 1))
    }
}
