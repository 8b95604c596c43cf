import Timekeeping

/// The activities of one kind, user, object and actor, and how many occurrences they tell of.
///
/// In order of time each joins the first occurrence that began at most ``window`` before it and that its type number
/// has not told of yet, and else begins one. So two grants that one type reports are two, however close, and what
/// another type says of either is its echo.
struct EchoMembers {
    /// One activity.
    struct Member: Equatable {
        let time: Timestamp
        /// Tells activities of one moment apart.
        let id: UInt64
        let type: Int64

        static func isBefore(_ left: Member, _ right: Member) -> Bool {
            left.time != right.time ? left.time < right.time : left.id < right.id
        }
    }

    /// An occurrence that further types may tell of.
    struct Occurrence {
        let time: Timestamp
        var types: [Int64]
    }

    /// How long after an occurrence's first activity its echoes come at most.
    static let window = TimeSpan.seconds(2)
    /// Activities that follow each other within the window and are looked at, on each side.
    static let reach = 64

    /// In order of time.
    private(set) var members: [Member] = []

    /// Adds an activity, in any order.
    ///
    /// - Returns: Whether there is one more occurrence now.
    mutating func insert(_ member: Member) -> Bool {
        var place = members.count
        while place > 0, Self.isBefore(member, members[place - 1]) { place -= 1 }
        if place > 0, members[place - 1] == member { return false }
        var first = place
        var edge = member.time
        while first > 0, place - first < Self.reach, edge - members[first - 1].time <= Self.window {
            first -= 1
            edge = members[first].time
        }
        var last = place
        edge = member.time
        while last < members.count, last - place < Self.reach, members[last].time - edge <= Self.window {
            edge = members[last].time
            last += 1
        }
        let before = Self.count(members[first..<last])
        members.insert(member, at: place)
        return Self.count(members[first...last]) > before
    }

    /// Forgets what was before a moment.
    ///
    /// - Returns: Whether nothing is left.
    mutating func forget(before edge: Timestamp) -> Bool {
        members.removeAll { $0.time < edge }
        return members.isEmpty
    }

    private static func isBefore(_ left: Member, _ right: Member) -> Bool { Member.isBefore(left, right) }

    private static func count(_ members: ArraySlice<Member>) -> Int {
        var open: [Occurrence] = []
        return members.reduce(0) { count, member in
            join(member.type, at: member.time, &open) ? count : count + 1
        }
    }

    /// Lets an activity join the first open occurrence that it can, or begins one; activities come in order of time.
    ///
    /// - Returns: Whether it is an echo.
    static func join(_ type: Int64, at time: Timestamp, _ open: inout [Occurrence]) -> Bool {
        open.removeAll { time - $0.time > window }
        if let place = open.firstIndex(where: { !$0.types.contains(type) }) {
            open[place].types.append(type)
            return true
        }
        open.append(Occurrence(time: time, types: [type]))
        return false
    }
}

extension EchoMembers {
    func save(to writer: inout StateWriter) throws(StateFault) {
        try writer.write(each: members) { member, writer in
            writer.write(member.time)
            writer.write(member.id)
            writer.write(member.type)
        }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        members = try reader.readEach { reader throws(StateFault) in
            let time = try reader.readMoment()
            return Member(time: time, id: try reader.read(), type: try reader.read())
        }
    }
}

extension EchoMembers.Occurrence {
    func save(to writer: inout StateWriter) throws(StateFault) {
        writer.write(time)
        try writer.write(each: types) { type, writer in writer.write(type) }
    }

    init(from reader: inout StateReader) throws(StateFault) {
        time = try reader.readMoment()
        types = try reader.readEach { reader throws(StateFault) in try reader.read() }
    }
}
