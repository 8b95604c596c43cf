import Timekeeping

/// What became of one body of events.
public struct EventReceipt: Hashable, Sendable {
    /// Activities that are stored now and were not before.
    public var new: Int
    /// Activities that could be read.
    public var readable: Int
    /// Records that went to quarantine, and why the first of them did.
    public var unreadable: Int
    public var reason: String?

    public init(new: Int, readable: Int, unreadable: Int, reason: String? = nil) {
        self.new = new
        self.readable = readable
        self.unreadable = unreadable
        self.reason = reason
    }
}

/// A body has more events than are taken at once; none of them was stored.
public struct TooManyEvents: Error, Hashable {
    public let limit: Int

    public init(limit: Int) { self.limit = limit }
}

/// One connection's door for events: who may come in, and who takes what they bring.
public struct EventIntake: Sendable {
    let connection: String
    let header: String
    let token: [UInt8]
    let postsPerMinute: Int
    let take: @Sendable ([UInt8]) async throws -> EventReceipt

    /// - Parameters:
    ///   - header: The header whose value is the token, or `Bearer` and the token.
    ///   - token: Not empty.
    ///   - take: Stores the events of a body; returns when they are on disk, since the sender is told so then.
    ///     It throws ``TooManyEvents`` for a body that is to be sent in parts.
    public init(
        connection: String, header: String, token: String, postsPerMinute: Int,
        take: @escaping @Sendable ([UInt8]) async throws -> EventReceipt
    ) {
        precondition(!token.isEmpty, "an event webhook without a token would be open to everybody")
        self.connection = connection
        self.header = header
        self.token = Array(token.utf8)
        self.postsPerMinute = max(1, postsPerMinute)
        self.take = take
    }

    /// Whether a header's value is the token, told in a time that does not depend on where it differs.
    func accepts(_ value: String?) -> Bool {
        guard let value else { return false }
        var given = Array(value.utf8)
        let scheme = Array("bearer ".utf8)
        if given.count > scheme.count, given.prefix(scheme.count).elementsEqual(scheme, by: { $0 | 0x20 == $1 | 0x20 })
        {
            given.removeFirst(scheme.count)
        }
        guard given.count == token.count else { return false }
        return zip(given, token).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// How many may come in: so many a minute, refilled evenly.
struct PostBudget: Sendable {
    private let perMinute: Double
    private var left: Double
    private var last: Timestamp?

    init(perMinute: Int) {
        self.perMinute = Double(perMinute)
        left = Double(perMinute)
    }

    /// Takes one.
    ///
    /// - Returns: nil when there was one, else the whole seconds until there is.
    mutating func take(at now: Timestamp) -> Int64? {
        if let last, now > last {
            left = min(perMinute, left + Double((now - last).milliseconds) * perMinute / 60_000)
        }
        last = max(last ?? now, now)
        guard left < 1 else {
            left -= 1
            return nil
        }
        return max(1, Int64(((1 - left) * 60 / perMinute).rounded(.up)))
    }
}
