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
        try await read { database in
            var snapshot = DirectorySnapshot(generation: generation.id, observedAt: generation.startedAt)
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT entity, id, body FROM staged_records WHERE generation = ?
                    ORDER BY entity, CAST(id AS INTEGER), id
                    """, arguments: [generation.id])
            try GenerationRows.append(rows, to: &snapshot)
            return snapshot
        }
    }

    public func finish(
        _ generation: Generation, availability: [EntityKind: Availability], derived: ActivityBatch?,
        connection: String, at moment: Timestamp
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
            return true
        }
    }

    public func currentSnapshot(connection: String) async throws -> DirectorySnapshot? {
        try await read { database in
            let current = try Int64.fetchOne(
                database, sql: "SELECT current_generation FROM connections WHERE name = ?", arguments: [connection])
            guard let current else { return nil }
            return try GenerationRows.snapshot(current, in: database)
        }
    }

    public func versions(connection: String) async throws -> [EntityVersion] {
        try await read { database in
            guard let id = try ConnectionRow.id(of: connection, in: database) else { return [] }
            let decoder = BodyDecoder()
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT entity, id, body, seen_from, seen_until, is_first FROM entity_versions
                    WHERE connection = ? ORDER BY entity, CAST(id AS INTEGER), id, from_generation
                    """, arguments: [id])
            var versions: [EntityVersion] = []
            while let row = try rows.next() {
                guard let entity = try Entity(row, decoder) else { continue }
                versions.append(
                    EntityVersion(
                        entity: entity, seenFrom: Timestamp(stored: row[3]),
                        seenUntil: (row[4] as Int64?).map(Timestamp.init(stored:)), isFirst: row[5]))
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
        guard let kind = EntityKind(rawValue: row[0]) else { return nil }
        let body: String = row[2]
        func value<T: Decodable>(_ type: T.Type) throws -> T {
            try decoder.value(type, from: body, table: "entity_versions", key: "\(kind.rawValue) \(row[1] as String)")
        }
        switch kind {
        case .user: self = .user(try value(User.self))
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
