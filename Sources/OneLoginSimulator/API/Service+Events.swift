/// `/api/1/events`: the list with its filters, single events and the types.
extension Service {
    /// The most rows a call for events can ask for; clients that send 1000 are known.
    private static let mostEvents = 1000

    private struct EventFilter {
        var first = 0
        var end = 0
        var types: Set<Int>?
        var user: Int?
        var client: String?
        var id: Int?
        var isEmpty = false
    }

    func events(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET" else { throw .noRoute }
        try need(.readDirectory)
        if let text = rest.first {
            guard let id = Int(text) else { throw .attribute("id", "id should be -> integer") }
            guard let place = world.log.place(id: id) else { throw .notFound }
            return envelope { text in text.array([place]) { write(event: $1, to: &$0, fields: nil) } }
        }
        let filter = try filter(call)
        let fields = call["fields"].map { Set($0.split(separator: ",").map { String($0) }).union(["id"]) }
        let limit = max(1, min(try call.integer("limit") ?? options.pageSize, Self.mostEvents))
        let isFalling = try isFalling(call)
        let (rows, isMore) = try select(filter, call, limit: limit, isFalling: isFalling)
        return envelope(call, rows, isMore: isMore, id: { world.log.id($0) }) { text, place in
            write(event: place, to: &text, fields: fields)
        }
    }

    private func isFalling(_ call: Call) throws(Failure) -> Bool {
        // An unescaped plus arrives as a blank.
        switch call["sort"]?.trimmed {
        case nil, "", "id", "+id", "created_at", "+created_at": return false
        case "-id", "-created_at": return true
        default: throw .badRequest("sort is not valid")
        }
    }

    /// The filter of a call, with both ends of its time range: clients must bear either reading.
    private func filter(_ call: Call) throws(Failure) -> EventFilter {
        var filter = EventFilter(end: world.log.events.count)
        if let since = try call.time("since") { filter.first = world.log.firstPlace(at: since) }
        if let until = try call.time("until") { filter.end = world.log.firstPlace(at: until + 1) }
        if let moment = try call.time("created_at") {
            filter.first = max(filter.first, world.log.firstPlace(at: moment))
            filter.end = min(filter.end, world.log.firstPlace(at: moment + 1))
        }
        if let text = call["event_type_id"], !text.isEmpty {
            var types: Set<Int> = []
            for part in text.split(separator: ",") {
                guard let type = Int(part.trimmed) else {
                    throw .attribute("event_type_id", "event_type_id should be -> integer")
                }
                types.insert(type)
            }
            filter.types = types
        }
        if let id = try call.integer("user_id") {
            // People that have left count as well, so the place may be past the tenant's end.
            let offset = max(id, 0) - Tenant.userID(0)
            filter.user = offset >= 0 && offset % 7 == 0 ? offset / 7 : -2
        }
        filter.id = try call.integer("id")
        filter.client = call["client_id"].flatMap { $0.isEmpty ? nil : $0 }
        // No event of the simulator has a resolution, and none is of a directory.
        filter.isEmpty = ["directory_id", "resolution"].contains { call[$0].map { !$0.isEmpty } ?? false }
        return filter
    }

    /// The places of a page of events, in the order asked for.
    private func select(
        _ filter: EventFilter, _ call: Call, limit: Int, isFalling: Bool
    ) throws(Failure) -> (rows: [Int], isMore: Bool) {
        var first = filter.first
        var end = max(filter.end, filter.first)
        var readsBackwards = isFalling
        if let text = call["after_cursor"], !text.isEmpty {
            guard let cursor = IDCursor(text) else { throw .badRequest("invalid cursor") }
            let place = firstPlace(after: cursor.id)
            if isFalling { end = min(end, place - 1) } else { first = max(first, place) }
        } else if let text = call["before_cursor"], !text.isEmpty {
            guard let cursor = IDCursor(text) else { throw .badRequest("invalid cursor") }
            let place = firstPlace(after: cursor.id)
            if isFalling { first = max(first, place) } else { end = min(end, place - 1) }
            readsBackwards.toggle()
        }
        guard first < end, !filter.isEmpty else { return ([], false) }
        var rows: [Int] = []
        var place = readsBackwards ? end - 1 : first
        while place >= first, place < end, rows.count <= limit {
            if accepts(filter, place) { rows.append(place) }
            place += readsBackwards ? -1 : 1
        }
        let isMore = rows.count > limit
        if isMore { rows.removeLast() }
        return (readsBackwards == isFalling ? rows : rows.reversed(), isMore)
    }

    /// The first place whose id is above one.
    private func firstPlace(after id: Int) -> Int {
        var low = 0
        var high = world.log.events.count
        while low < high {
            let middle = (low + high) / 2
            if world.log.id(middle) <= id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func accepts(_ filter: EventFilter, _ place: Int) -> Bool {
        let event = world.log.events[place]
        if let types = filter.types, !types.contains(event.type) { return false }
        if let user = filter.user, Int(event.user) != user { return false }
        if let id = filter.id, world.log.id(place) != id { return false }
        if let client = filter.client, world.log.detail(event).clientID != client { return false }
        return true
    }

    // MARK: types

    /// `/api/1/events/types`, which needs no token.
    func eventTypes() -> Reply {
        envelope { text in
            text.array(EventTypeTable.all) { text, type in
                text.object { text in
                    text.field("id", type.id)
                    text.field("name", type.name)
                    text.field(
                        "description", "%user% \(type.name.lowercased().split(separator: "_").joined(separator: " "))")
                }
            }
        }
    }
}

extension StringProtocol {
    /// The text without blanks at its ends.
    var trimmed: String {
        var rest = self[...]
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return String(rest)
    }
}
