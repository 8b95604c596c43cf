public import Directory
internal import GRDB
public import Timekeeping

extension SQLiteStore: FactStore {
    public func beginGeneration(connection: String, at moment: Timestamp) async throws -> Generation {
        try await write(.normal) { database in
            let connectionID = try ConnectionRow.makeID(of: connection, in: database)
            try GenerationRows.drop(
                "connection = ? AND state = 'staging'", [connectionID], reason: "another sync began",
                at: moment, in: database)
            try database.execute(
                sql: "INSERT INTO sync_generations (connection, started_at, state) VALUES (?, ?, 'staging')",
                arguments: [connectionID, moment.stored])
            return Generation(id: database.lastInsertedRowID, startedAt: Timestamp(stored: moment.stored))
        }
    }

    public func stage(_ entities: [Entity], in generation: Generation, connection: String) async throws {
        try await write(.normal) { database in
            let encoder = BodyEncoder()
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO staged_records (generation, entity, id, body) VALUES (?, ?, ?, ?)
                    ON CONFLICT (generation, entity, id) DO UPDATE SET body = excluded.body
                    """)
            for entity in entities {
                statement.setUncheckedArguments([
                    generation.id, entity.kind.rawValue, entity.id, try entity.body(encoder),
                ])
                try statement.execute()
            }
        }
    }

    public func staged(_ generation: Generation, connection: String) async throws -> DirectorySnapshot {
        try await read { [memory] database in
            var snapshot = DirectorySnapshot(generation: generation.id, observedAt: generation.startedAt)
            let connectionID = try ConnectionRow.id(of: connection, in: database) ?? 0
            var reuse = RecordReuse(memory.directory(of: connectionID))
            // A record whose current version is the same text has been read before, if that version was.
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT staged.entity, staged.id, staged.body, same.from_generation
                    FROM staged_records AS staged LEFT JOIN entity_versions AS same
                        ON same.connection = ? AND same.entity = staged.entity AND same.id = staged.id
                            AND same.until_generation IS NULL AND same.body = staged.body
                    WHERE staged.generation = ? ORDER BY staged.entity, CAST(staged.id AS INTEGER), staged.id
                    """, arguments: [connectionID, generation.id])
            try GenerationRows.append(rows, to: &snapshot, reusing: &reuse)
            return snapshot
        }
    }

    public func stagedCount(_ kind: EntityKind, in generation: Generation, connection: String) async throws -> Int {
        try await read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM staged_records WHERE generation = ? AND entity = ?",
                arguments: [generation.id, kind.rawValue]) ?? 0
        }
    }

    public func currentGeneration(connection: String) async throws -> Int64? {
        try await read { database in
            try Int64.fetchOne(
                database, sql: "SELECT current_generation FROM connections WHERE name = ?", arguments: [connection])
        }
    }

    public func finish(
        _ generation: Generation, availability: [EntityKind: Availability], derived: ActivityBatch?,
        explained: [ExplainedChange], connection: String, at moment: Timestamp
    ) async throws -> Bool {
        try await write(.normal) { database in
            let connectionID = try ConnectionRow.makeID(of: connection, in: database)
            let incomplete = availability.filter { $0.value == .incomplete }.keys.sorted()
            guard incomplete.isEmpty else {
                let names = incomplete.map(\.rawValue).joined(separator: ", ")
                try GenerationRows.drop(
                    "id = ? AND state = 'staging'", [generation.id], reason: "incomplete: \(names)", at: moment,
                    in: database)
                return false
            }
            let isStaging = try Bool.fetchOne(
                database, sql: "SELECT state = 'staging' FROM sync_generations WHERE id = ?",
                arguments: [generation.id])
            guard isStaging == true else { return false }
            let complete = availability.filter { $0.value == .complete }.keys.sorted()
            try GenerationRows.flip(
                generation.id, connection: (connectionID, connection), kinds: complete, at: moment, in: database)
            try GenerationRows.makeCurrent(
                generation.id, connection: connectionID, availability: availability, at: moment, in: database)
            if let derived {
                _ = try ActivityRows.insert(derived, connection: connectionID, source: .snapshot, into: database)
            }
            try ChangeRows.insert(
                explained, of: generation.id, connection: connectionID, at: moment, into: database)
            return true
        }
    }

    public func currentSnapshot(connection: String) async throws -> DirectorySnapshot? {
        try await read { [memory] database in
            let row = try Row.fetchOne(
                database, sql: "SELECT id, current_generation FROM connections WHERE name = ?",
                arguments: [connection])
            guard let row, let current = row[1] as Int64? else { return nil }
            let known = memory.directory(of: row[0])
            if let known, known.generation == current { return known }
            var reuse = RecordReuse(known)
            let snapshot = try GenerationRows.snapshot(current, in: database, reusing: &reuse)
            if let snapshot { memory.remember(snapshot, of: row[0]) }
            return snapshot
        }
    }

    public func versions(connection: String, since moment: Timestamp?) async throws -> DirectoryVersions {
        try await read { [memory] database in
            var versions = DirectoryVersions()
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return versions }
            versions.availability = try GenerationRows.availabilities(of: id, in: database)
            try VersionRows.each(of: id, since: moment, reusing: RecordReuse(memory.directory(of: id)), in: database) {
                versions.append($0)
            }
            return versions
        }
    }
}

extension Entity {
    func body(_ encoder: BodyEncoder) throws -> String {
        switch self {
        case .user(let value): try encoder.text(of: value)
        case .group(let value): try encoder.text(of: value)
        case .role(let value): try encoder.text(of: value)
        case .app(let value): try encoder.text(of: value)
        case .privilege(let value): try encoder.text(of: value)
        case .device(let value): try encoder.text(of: value)
        case .credential(let value): try encoder.text(of: value)
        case .mapping(let value): try encoder.text(of: value)
        }
    }

    /// The record of a row that begins with `entity, id, body`; nil for a kind that this version does not know.
    init?(_ row: Row, _ decoder: BodyDecoder) throws {
        var nothing = RecordReuse(nil)
        try self.init(row, decoder, current: nil, reusing: &nothing)
    }

    /// The same, without a look at the body where the record is remembered.
    ///
    /// - Parameter generation: Since which generation it has been so until now; nil when it has not.
    init?(
        _ row: Row, _ decoder: BodyDecoder, current generation: Int64?, reusing reuse: inout RecordReuse
    ) throws {
        guard let kind = EntityKind(rawValue: row[0]) else { return nil }
        if let generation, generation <= reuse.generation, let known = reuse.record(kind, id: row[1]) {
            self = known
            return
        }
        let body: String = row[2]
        func value<T: Decodable>(_ type: T.Type) throws -> T {
            try decoder.value(type, from: body, table: "entity_versions", key: "\(kind.rawValue) \(row[1] as String)")
        }
        switch kind {
        case .user: self = .user((try UserText.user(body) ?? value(User.self)).compacted())
        case .group: self = .group(try value(Group.self))
        case .role: self = .role(try value(Role.self))
        case .app: self = .app(try value(App.self))
        case .privilege: self = .privilege(try value(Privilege.self))
        case .device: self = .device(try value(Device.self))
        case .credential: self = .credential(try value(Credential.self))
        case .mapping: self = .mapping(try value(Mapping.self))
        }
    }
}
