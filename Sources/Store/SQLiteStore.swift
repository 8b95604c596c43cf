public import Directory
internal import GRDB

/// Facts, alerts and the outbox in one SQLite file.
///
/// One connection writes and makes all checkpoints; the readers beside it are read-only. A command that writes a little
/// beside a monitor takes turns with it (``WritingTurn``) and makes no checkpoint. Every write is one transaction, with
/// `synchronous=FULL` for what is acknowledged to somebody and NORMAL for what would only be fetched again; the mode is
/// switched between transactions.
public final class SQLiteStore: Sendable {
    /// What a process may do with a store.
    public enum Access: Hashable, Sendable {
        /// Makes the file when there is none and brings it up to date; one process at a time.
        case readWrite
        /// Beside a process that writes. The file must be there.
        case readOnly
        /// Beside a process that writes, for a few small writes in turns with it. The file must be there; when it is
        /// of an earlier version, it is opened as by `readWrite`.
        case beside
    }

    /// How sure a commit is before it counts.
    enum Durability: String {
        /// It survives the loss of power.
        case full = "PRAGMA synchronous = FULL"
        /// It survives the end of the process; the loss of power may take the last ones, which are fetched again.
        case normal = "PRAGMA synchronous = NORMAL"
    }

    /// How long a connection waits for a lock that another holds, in seconds.
    static let busyTimeoutSeconds = 10.0

    let decoder: any ActivityDecoder
    let memory = RecordMemory()
    private let reader: any DatabaseReader
    private let writer: (any DatabaseWriter)?
    private let lock: StoreLock?
    /// Where other processes may write the file; nil where none can.
    private let turn: WritingTurn?

    private init(
        reader: any DatabaseReader, writer: (any DatabaseWriter)?, lock: StoreLock? = nil, turn: WritingTurn? = nil,
        decoder: any ActivityDecoder
    ) {
        self.reader = reader
        self.writer = writer
        self.lock = lock
        self.turn = turn
        self.decoder = decoder
    }

    /// Opens the store at a path.
    ///
    /// - Parameters:
    ///   - path: The database file; `-wal`, `-shm` and `.lock` files live beside it.
    ///   - decoder: Reads stored wire records back.
    /// - Throws: ``StoreError``, which names a remedy.
    public static func open(
        at path: String, access: Access = .readWrite, decoder: any ActivityDecoder
    ) throws(StoreError) -> SQLiteStore {
        switch access {
        case .readWrite:
            let lock = try StoreLock(storePath: path)
            try makePrivateFile(at: path)
            let turn = try WritingTurn(storePath: path)
            return try Self.asStoreError(path: path) {
                // Opening for writing changes the file, so what must be refused is looked at first.
                _ = try version(at: path)
                let pool = try turn.take {
                    let pool = try DatabasePool(path: path, configuration: configuration())
                    try pool.writeWithoutTransaction { try Schema.migrate($0, path: path) }
                    return pool
                }
                return SQLiteStore(reader: pool, writer: pool, lock: lock, turn: turn, decoder: decoder)
            }
        case .beside:
            let isCurrent = try Self.asStoreError(path: path) { try version(at: path) == Schema.version }
            guard isCurrent else { return try open(at: path, access: .readWrite, decoder: decoder) }
            let turn = try WritingTurn(storePath: path)
            return try Self.asStoreError(path: path) {
                let queue = try turn.take {
                    let queue = try DatabaseQueue(path: path, configuration: configuration())
                    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
                    return queue
                }
                return SQLiteStore(reader: queue, writer: queue, turn: turn, decoder: decoder)
            }
        case .readOnly:
            return try Self.asStoreError(path: path) {
                let version = try version(at: path)
                guard version == Schema.version else {
                    throw StoreError.older(path: path, version: version, supported: Schema.version)
                }
                let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
                return SQLiteStore(reader: queue, writer: nil, decoder: decoder)
            }
        }
    }

    /// A store in memory that goes with the process: for tests and the demonstration.
    public static func inMemory(decoder: any ActivityDecoder) throws(StoreError) -> SQLiteStore {
        try asStoreError(path: ":memory:") {
            let queue = try DatabaseQueue(configuration: configuration())
            try queue.writeWithoutTransaction { try Schema.migrate($0, path: ":memory:") }
            return SQLiteStore(reader: queue, writer: queue, decoder: decoder)
        }
    }

    /// Closes all connections; what the last checkpoint left is folded into the file.
    ///
    /// Later calls throw. Without it the store closes when the last reference goes.
    public func close() throws(StoreError) {
        try Self.asStoreError(path: "") {
            if let turn { try turn.take { try reader.close() } } else { try reader.close() }
        }
        lock?.release()
    }

    /// Runs one transaction on the writing connection.
    func write<T: Sendable>(
        _ durability: Durability, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        guard let writer else { throw StoreError.readOnly }
        do {
            return try await writer.writeWithoutTransaction { [turn] database in
                func commit() throws -> T {
                    try database.execute(sql: durability.rawValue)
                    var result: T?
                    try database.inTransaction(.immediate) {
                        result = try body(database)
                        return .commit
                    }
                    guard let result else {
                        throw StoreError.database(code: 0, message: "the transaction gave nothing")
                    }
                    return result
                }
                return try turn.map { try $0.take(commit) } ?? commit()
            }
        } catch let error as DatabaseError {
            throw StoreError(error, path: "")
        }
    }

    /// Reads one consistent state.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await reader.read(body)
        } catch let error as DatabaseError {
            throw StoreError(error, path: "")
        }
    }

    /// The version of the store at a path, looked at without changing it; throws for what is no store of ours.
    private static func version(at path: String) throws -> Int {
        let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
        defer { try? queue.close() }
        return try queue.read { try Schema.check($0, path: path) }
    }

    private static func configuration(isReadOnly: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.label = "tocsin.store"
        return configuration
    }

    private static func asStoreError<T>(path: String, _ body: () throws -> T) throws(StoreError) -> T {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        } catch {
            throw StoreError.cannotOpen(path: path, reason: "\(error)")
        }
    }
}

extension StoreError {
    /// The store's word for what SQLite said.
    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .full
        case .SQLITE_NOTADB: self = .notAStore(path: path)
        case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, reason: error.message ?? "no such file")
        default:
            self = .database(code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
        }
    }
}
