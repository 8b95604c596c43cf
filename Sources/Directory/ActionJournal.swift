public import Timekeeping

/// One action in the journal: what is wanted, by whom, and how far it has come.
public struct ActionRecord: Hashable, Sendable, Codable {
    /// How far it has come.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// A policy wants it because of an alert; nothing is done before somebody approves it by running it.
        case proposed
        case planned
        /// Begun, and whether it was done is not known: the state is read before it is tried again.
        case running
        case done
        /// The user was so already; nothing was done.
        case already
        case refused
        case failed
        case undone
        /// A proposal that somebody does not want; it is not proposed again for the same alert.
        case dismissed
    }

    /// `act_` and a hash of what it is: the same plan at the same moment is the same record.
    public var id: String
    public var connection: String
    public var action: TenantAction
    public var userID: Int64
    public var username: String
    public var reason: String
    public var requestedBy: String
    public var plannedAt: Timestamp
    public var state: State
    /// The user as they were before it was done.
    public var before: ActionSubject?
    /// When it was begun and when it ended.
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?
    /// What was said last: why it was refused, what came back.
    public var note: String
    /// The action that this one undoes.
    public var undoes: String?
    /// The alert that it was proposed for, and who approved it, or dismissed it.
    public var alertID: String?
    public var approvedBy: String?
    public var dismissedBy: String?
    /// Until when the process that is at it may be taken to be still at it; nil when nobody is.
    public var claimedUntil: Timestamp?

    public init(
        id: String, connection: String, action: TenantAction, userID: Int64, username: String, reason: String,
        requestedBy: String, plannedAt: Timestamp
    ) {
        self.id = id
        self.connection = connection
        self.action = action
        self.userID = userID
        self.username = username
        self.reason = reason
        self.requestedBy = requestedBy
        self.plannedAt = plannedAt
        state = .planned
        note = ""
    }

    /// 64 bits of FNV-1a over what is wanted, and for what: derived, so that the same wish has the same name.
    public static func id(of text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return "act_" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Keeps actions and every step of theirs; steps are never changed.
///
/// Store implements it.
public protocol ActionJournal: Sendable {
    /// Keeps a record as it is now and adds a step to its history, on disk when this returns.
    func keep(_ record: ActionRecord, at moment: Timestamp) async throws

    /// The same, unless the journal has another record of this id by now, as when another process was quicker: then
    /// nothing is kept. One of several that try it succeeds.
    ///
    /// - Parameter before: What the journal had when it was read; nil: nothing.
    /// - Returns: Whether it was kept.
    func keep(_ record: ActionRecord, replacing before: ActionRecord?, at moment: Timestamp) async throws -> Bool

    func action(id: String) async throws -> ActionRecord?

    /// The latest first.
    func actions(connection: String?, limit: Int) async throws -> [ActionRecord]

    /// How many were begun since a moment, whatever became of them.
    func actionsBegun(connection: String, since moment: Timestamp) async throws -> Int
}

/// Changes users of a tenant; one call is one try, and no try is repeated inside it.
///
/// OneLogin implements it.
public protocol TenantActing: Sendable {
    /// The user as they are now.
    func subject(userID: Int64) async throws(SourceFailure) -> ActionSubject

    /// Does it once.
    func perform(_ action: TenantAction, userID: Int64) async throws(SourceFailure)

    /// Whether the user's sessions were ended since a moment, as events tell.
    func sessionsEnded(userID: Int64, since moment: Timestamp) async throws(SourceFailure) -> Bool
}
