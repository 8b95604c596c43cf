import Timekeeping

/// Every version of the records of a directory, sorted out by kind, in as little memory as their number allows.
///
/// A store fills it row by row, so that no list of versions is ever there beside it.
public struct DirectoryVersions: Sendable {
    /// What each collection was; joins over others are unknown.
    public var availability = AvailabilityHistory()
    var users = VersionedRecords<Int64, User>()
    var groups = VersionedRecords<Int64, Group>()
    var roles = VersionedRecords<Int64, Role>()
    var apps = VersionedRecords<Int64, App>()
    var privileges = VersionedRecords<String, Privilege>()
    var devices = VersionedRecords<String, Device>()
    /// Whether some version of a user does not say which roles it holds.
    private var needsRoleLists = false

    public init() {}

    /// Adds a version; order does not matter, and costs least by (id, start).
    public mutating func append(_ version: EntityVersion) {
        let until = version.seenUntil ?? .latest
        func from(_ created: Timestamp?) -> Timestamp {
            version.isFirst ? min(created ?? .earliest, version.seenFrom) : version.seenFrom
        }
        switch version.entity {
        case .user(let user):
            needsRoleLists = needsRoleLists || !user.saysRoles
            users.append(user.id, user, from: from(user.createdAt), until: until)
        case .group(let group): groups.append(group.id, group, from: from(nil), until: until)
        case .role(let role): roles.append(role.id, role, from: from(nil), until: until)
        case .app(let app): apps.append(app.id, app, from: from(app.createdAt), until: until)
        case .privilege(let privilege): privileges.append(privilege.id, privilege, from: from(nil), until: until)
        case .device(let device): devices.append(device.id, device, from: from(nil), until: until)
        case .credential, .mapping: break
        }
    }

    /// The roles that ever listed a user, by the user's id; nothing where the users' own records say it.
    var rolesEverOfUsers: [Int64: Set<Int64>] {
        guard needsRoleLists else { return [:] }
        var held: [Int64: Set<Int64>] = [:]
        for role in roles.records { for id in role.userIDs ?? [] { held[id, default: []].insert(role.id) } }
        return held
    }

    /// The factors a user ever had, by the user's id.
    var devicesEverOfUsers: [Int64: Set<String>] {
        var owned: [Int64: Set<String>] = [:]
        for device in devices.records { owned[device.userID, default: []].insert(device.id) }
        return owned
    }
}

/// Records of one kind with the time for which each was so: 32 bytes a version of a user, and the record itself.
struct VersionedRecords<ID: Hashable & Comparable & Sendable, Record: Sendable>: Sendable {
    /// A version holds from `from`, exclusive, until `until`, inclusive: an activity at `from` still sees the one
    /// before.
    private struct Span: Sendable {
        let from: Moment
        let until: Moment
    }

    /// By id, then start, once ``inOrder``.
    private var ids: [ID] = []
    private(set) var records: [Record] = []
    private var spans: [Span] = []
    private var isInOrder = true

    init() {}

    mutating func append(_ id: ID, _ record: Record, from: Timestamp, until: Timestamp) {
        let span = Span(from: Moment(from), until: Moment(until))
        if let last = ids.last, let before = spans.last, (id, span.from) < (last, before.from) { isInOrder = false }
        ids.append(id)
        records.append(record)
        spans.append(span)
    }

    /// The same versions by id, then start.
    var inOrder: VersionedRecords {
        guard !isInOrder else { return self }
        let order = ids.indices.sorted { (ids[$0], spans[$0].from) < (ids[$1], spans[$1].from) }
        var sorted = VersionedRecords()
        sorted.ids = order.map { ids[$0] }
        sorted.records = order.map { records[$0] }
        sorted.spans = order.map { spans[$0] }
        return sorted
    }

    /// The record as it stood just before `moment`; `.earliest` as a start means that it always was so.
    func record(_ id: ID, at moment: Timestamp) -> Record? { record(id, at: Moment(moment)) }

    private func record(_ id: ID, at moment: Moment) -> Record? {
        // The first version that is of a later record, or begins no earlier.
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            let begins = spans[middle].from
            let isBefore = ids[middle] == id ? begins < moment || begins == .always : ids[middle] < id
            if isBefore { low = middle + 1 } else { high = middle }
        }
        guard low > 0, ids[low - 1] == id, moment <= spans[low - 1].until else { return nil }
        return records[low - 1]
    }

    /// When the first version of some records begins.
    func firstStart(where isWanted: (Record) -> Bool) -> Moment? {
        var first: Moment?
        for (place, record) in records.enumerated() where isWanted(record) {
            first = min(first ?? spans[place].from, spans[place].from)
        }
        return first
    }

    /// Every record that stood just before `moment`, by id.
    func records(at moment: Timestamp) -> [Record] {
        let moment = Moment(moment)
        return ids.indices.compactMap { place in
            // Each id once, where its versions begin.
            place > 0 && ids[place - 1] == ids[place] ? nil : record(ids[place], at: moment)
        }
    }
}

/// A moment in eight bytes: nanoseconds since 1970, so from 1677 to 2262; what is outside is held at the edge.
struct Moment: Hashable, Comparable, Sendable {
    private let nanoseconds: Int64

    /// Before everything.
    static let always = Moment(.earliest)

    init(_ moment: Timestamp) {
        let (product, isOver) = moment.seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isOverToo) = product.addingReportingOverflow(Int64(moment.nanoseconds))
        nanoseconds = isOver || isOverToo ? (moment.seconds < 0 ? .min : .max) : sum
    }

    static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }
}
