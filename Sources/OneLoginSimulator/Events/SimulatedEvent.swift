/// An address as an event carries it, in the room of one word.
enum EventAddress: Hashable, Sendable {
    case none
    case version4(UInt32)
    /// In the documentation range of version 6, by number.
    case version6(Int)

    /// Text, or nil for no address.
    var text: String? {
        switch self {
        case .none: nil
        case .version4(let bits): "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)"
        case .version6(let number): "2001:db8:\(String(number & 15, radix: 16))::\(String(number, radix: 16))"
        }
    }
}

/// The free texts of an event; many events share one.
struct EventDetail: Hashable, Sendable {
    var notes: String?
    var errorDescription: String?
    var actorSystem: String?
    var operationName: String?
    var clientID: String?
    var riskReasons: String?
    var customMessage: String?
    var resourceType: Int?
}

/// One thing that happens in the tenant.
///
/// Users, apps, roles and groups are given by place, -1 for none.
struct SimulatedEvent: Sendable {
    /// Milliseconds since 1970.
    var time: Int64
    var type: Int
    var user: Int32 = -1
    var actor: Int32 = -1
    var assuming: Int32 = -1
    var app: Int16 = -1
    var role: Int16 = -1
    var group: Int16 = -1
    var policy: Int16 = -1
    var privilege: Int16 = -1
    var risk: Int16 = -1
    /// A device id and the place of its kind.
    var device: Int32 = -1
    var deviceKind: Int16 = -1
    var address: EventAddress = .none
    /// The place of the texts in the log's table.
    var detail: Int32 = 0
    /// Rows of some types carry 22 keys only, without address and risk.
    var isShort = false

    init(_ type: Int, at time: Int64, user: Int? = nil, actor: Int? = nil, address: EventAddress = .none) {
        self.type = type
        self.time = time
        self.user = Int32(user ?? -1)
        self.actor = Int32(actor ?? -1)
        self.address = address
    }
}

/// All events so far, oldest first, with ids that rise with time.
struct EventLog: Sendable {
    /// The id of the first event; later ids are a few higher each.
    private static let firstID = 600_000_000_000
    private static let step = 4

    private(set) var events: [SimulatedEvent] = []
    private var details: [EventDetail] = [EventDetail()]
    private var places: [EventDetail: Int32] = [EventDetail(): 0]
    private let dice: Dice

    init(dice: Dice) { self.dice = dice }

    /// The place of some texts, which is the same for the same texts.
    mutating func intern(_ detail: EventDetail) -> Int32 {
        if let place = places[detail] { return place }
        let place = Int32(details.count)
        details.append(detail)
        places[detail] = place
        return place
    }

    /// Adds an event; one that is older than the last is moved to the last one's time, since ids rise with time.
    ///
    /// - Returns: Its id.
    @discardableResult
    mutating func append(_ event: SimulatedEvent) -> Int {
        var event = event
        if let last = events.last, event.time < last.time { event.time = last.time }
        events.append(event)
        return id(events.count - 1)
    }

    func detail(_ event: SimulatedEvent) -> EventDetail { details[Int(event.detail)] }

    /// The id of the event at a place.
    func id(_ place: Int) -> Int { Self.firstID + place * Self.step + Int(dice.number(.kind, place) % 3) }

    /// The place of the event with an id, if there is one.
    func place(id: Int) -> Int? {
        guard id >= Self.firstID else { return nil }
        let place = (id - Self.firstID) / Self.step
        guard place < events.count, self.id(place) == id else { return nil }
        return place
    }

    /// The first place whose event is at or after a time.
    func firstPlace(at time: Int64) -> Int {
        var low = 0
        var high = events.count
        while low < high {
            let middle = (low + high) / 2
            if events[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
