import Directory
import HTTPTransport
import JSONScanning

extension OneLoginClient {
    /// One page of a v1 list.
    func envelope(_ path: String, cursor: String?) async throws(SourceFailure) -> (page: RowPage, place: String) {
        let answer = try await calls.get(path, cursor.map { [("after_cursor", $0)] } ?? [])
        return (try parsed(path) { () throws(MalformedPage) in try RowPage(envelope: answer) }, "GET \(path)")
    }

    /// One page of a v2 list.
    func array(
        _ path: String, cursor: String?, limit: Int
    ) async throws(SourceFailure) -> (page: RowPage, place: String) {
        let place = PageCursor(cursor)
        let answer = try await calls.get(path, place.query(limit: min(limit, calls.settings.pageRows)))
        return (
            try parsed(path) { () throws(MalformedPage) in try RowPage(array: answer, page: place.number) },
            "GET \(path)"
        )
    }

    /// How often a sub-list is read anew when it changed while it was read: a large role is rarely still for long.
    private static let rereads = 2

    /// Every id of a v2 sub-list, in rising order and once each: rows may shift between pages.
    func ids(_ path: String) async throws(SourceFailure) -> [Int64] {
        try await wholeList(path) { [self] (cursor) throws(SourceFailure) in
            try await array(path, cursor: cursor, limit: 100).page
        }
    }

    /// Every id of a list that names itself, such as the `users` of a privilege.
    func holders(_ path: String, list: String) async throws(SourceFailure) -> [Int64] {
        try await wholeList(path) { [self] (cursor) throws(SourceFailure) in
            let answer = try await calls.get(path, cursor.map { [("after_cursor", $0)] } ?? [])
            return try parsed(path) { () throws(MalformedPage) in
                try RowPage(envelope: answer, list: list, isPaged: false)
            }
        }
    }

    /// The ids of all pages of a list; begins anew when the list changed on the way.
    private func wholeList(
        _ path: String, _ read: (String?) async throws(SourceFailure) -> RowPage
    ) async throws(SourceFailure) -> [Int64] {
        var change = ""
        for _ in 0...Self.rereads {
            let walk = try await oneWalk(path, read)
            guard let found = walk.change else { return walk.ids.sorted() }
            change = found
        }
        throw malformed(path, "\(change), each of \(Self.rereads + 1) times that it was read")
    }

    private func oneWalk(
        _ path: String, _ read: (String?) async throws(SourceFailure) -> RowPage
    ) async throws(SourceFailure) -> (ids: Set<Int64>, change: String?) {
        var found: Set<Int64> = []
        var total: Int?
        var change: String?
        try await everyPage(path) { (cursor) throws(SourceFailure) in
            let page = try await listed(path) { () throws(SourceFailure) in try await read(cursor) }
            if let total, let now = page.total, now != total {
                change = "its total changed on the way"
                return nil
            }
            total = page.total ?? total
            for row in page.rows {
                let id = row.kind == .object ? JSONMembers(row.text)?.integer("id") : JSONValue.integer(row.text)
                guard let id else { throw malformed(path, "a row without an id") }
                found.insert(id)
            }
            return page.next
        }
        if change == nil, let total, found.count < total { change = "\(found.count) of \(total) rows came" }
        return (found, change)
    }

    /// A page of something that a list has just named: when it is not there any more, the list is out of date.
    private func listed(
        _ path: String, _ read: () async throws(SourceFailure) -> RowPage
    ) async throws(SourceFailure) -> RowPage {
        do throws(SourceFailure) {
            return try await read()
        } catch {
            guard error.cause == .notAvailable else { throw error }
            throw SourceFailure(
                .malformedAnswer, attempt: error.attempt, answer: "\(error.answer), though a list named it just now",
                remedy: "nothing is lost: the copy before stands, and the next sync begins anew")
        }
    }

    /// Reads pages until the server names no next one; a cursor that comes again is a loop.
    private func everyPage(
        _ path: String, _ read: (String?) async throws(SourceFailure) -> String?
    ) async throws(SourceFailure) {
        var seen: Set<String> = []
        var cursor: String?
        repeat {
            cursor = try await read(cursor)
            if let cursor, !seen.insert(cursor).inserted { throw looping(path) }
            if seen.count > calls.settings.subpageLimit { throw malformed(path, "more pages than are taken") }
        } while cursor != nil
    }

    /// Does the same for many, some at a time, and gives the results in the order of the input.
    func concurrently<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ body: @escaping @Sendable (Input) async throws(SourceFailure) -> Output
    ) async throws(SourceFailure) -> [Output] {
        let width = calls.settings.concurrentCalls
        let results = await withTaskGroup(
            of: (Int, Result<Output, SourceFailure>).self, returning: [Int: Result<Output, SourceFailure>].self
        ) { group in
            var results: [Int: Result<Output, SourceFailure>] = [:]
            var started = 0
            func start() {
                let index = started
                let input = inputs[index]
                started += 1
                group.addTask {
                    do throws(SourceFailure) {
                        return (index, .success(try await body(input)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            while started < min(width, inputs.count) { start() }
            while let (index, result) = await group.next() {
                results[index] = result
                // After a failure the rest would be thrown away.
                if case .failure = result { group.cancelAll() } else if started < inputs.count { start() }
            }
            return results
        }
        var outputs: [Output] = []
        for index in inputs.indices {
            switch results[index] {
            case .success(let output): outputs.append(output)
            case .failure, nil:
                throw Self.firstFailure(results) ?? Refusals(calls, "reading many").cancelled
            }
        }
        return outputs
    }

    /// The failure of the lowest index that is not a mere cancellation.
    private static func firstFailure<Output>(_ results: [Int: Result<Output, SourceFailure>]) -> SourceFailure? {
        let failures = results.sorted { $0.key < $1.key }.compactMap { entry -> SourceFailure? in
            if case .failure(let failure) = entry.value { failure } else { nil }
        }
        return failures.first { $0.cause != .cancelled } ?? failures.first
    }

    func parsed<Value>(_ path: String, _ read: () throws(MalformedPage) -> Value) throws(SourceFailure) -> Value {
        do throws(MalformedPage) {
            return try read()
        } catch {
            throw malformed(path, error.reason)
        }
    }

    func malformed(_ path: String, _ answer: String) -> SourceFailure {
        SourceFailure(.malformedAnswer, attempt: "GET \(path)", answer: answer, remedy: Refusals.reportRemedy)
    }

    func looping(_ path: String) -> SourceFailure {
        SourceFailure(
            .malformedAnswer, attempt: "reading pages of \(path)",
            answer: "a page names itself or an earlier one as next",
            remedy: "nothing was lost: the sync is incomplete and runs again")
    }
}
