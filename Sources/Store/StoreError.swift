/// Why the store could not be opened or did not do what it was asked.
public enum StoreError: Error, Hashable, Sendable {
    /// Another process holds the store; its process id where the lock file tells it.
    case inUse(path: String, processID: Int32?)
    /// Another process has been writing for so long that this one gave up.
    case busy(path: String, seconds: Int)
    /// A later version of this program wrote the store.
    case newer(path: String, version: Int, supported: Int)
    /// An earlier version wrote it, and it is opened only for reading, so it cannot be brought up to date.
    case older(path: String, version: Int, supported: Int)
    /// The file is a database, but not of this program, or no database at all.
    case notAStore(path: String)
    /// The file cannot be made or opened; what the system said.
    case cannotOpen(path: String, reason: String)
    /// It was opened only for reading.
    case readOnly
    /// No room on the disk; nothing of the transaction was kept.
    case full
    /// SQLite refused; its code and message.
    case database(code: Int32, message: String)
    /// A stored activity can no longer be read.
    case unreadableActivity(position: Int64, reason: String)
    /// A stored record can no longer be read: the table, its key and why.
    case unreadableRecord(table: String, key: String, reason: String)
}

extension StoreError: CustomStringConvertible {
    /// What happened, as a clause.
    public var description: String {
        switch self {
        case .inUse(let path, let processID):
            "the store `\(path)` is in use" + (processID.map { " by process \($0)" } ?? " by another process")
        case .busy(let path, let seconds):
            "another process has been writing the store `\(path)` for more than \(seconds) s"
        case .newer(let path, let version, let supported):
            "the store `\(path)` has version \(version), this program knows versions up to \(supported)"
        case .older(let path, let version, let supported):
            "the store `\(path)` has version \(version) and must be brought to version \(supported) first"
        case .notAStore(let path): "`\(path)` is not a store of this program"
        case .cannotOpen(let path, let reason): "the store `\(path)` cannot be opened: \(reason)"
        case .readOnly: "the store is open only for reading"
        case .full: "there is no room left for the store"
        case .database(let code, let message): "SQLite refused with code \(code): \(message)"
        case .unreadableActivity(let position, let reason):
            "the stored activity at position \(position) cannot be read: \(reason)"
        case .unreadableRecord(let table, let key, let reason):
            "the stored record `\(key)` of \(table) cannot be read: \(reason)"
        }
    }

    /// What to do next, in the imperative.
    public var remedy: String {
        switch self {
        case .inUse(_, let processID):
            "stop " + (processID.map { "process \($0)" } ?? "the other process")
                + ", or name another store file; two processes never write one store"
        case .busy: "try again; if it stays so, look at the process that has it open"
        case .newer: "run the program version that wrote it, or a later one"
        case .older: "run `tocsin monitor --once`, which brings it up to date"
        case .notAStore: "name another file; this one was left as it is"
        case .cannotOpen: "check that the folder exists and that this user may write there"
        case .readOnly: "stop the process that writes the store, then try again"
        case .full: "free some room on the disk; work goes on by itself then"
        case .database: "check the disk, then restore the store from a backup if it goes on"
        case .unreadableActivity, .unreadableRecord: "run the program version that wrote it, or restore a backup"
        }
    }
}
