// Storage for a Credo agent that lives for one command: records in a map, queries over their tags.
import { InjectionSymbols, RecordDuplicateError, RecordNotFoundError } from '@credo-ts/core'

const matches = (tags, { $and = [], $or, $not, ...wanted }) =>
  Object.entries(wanted).every(([name, value]) => (Array.isArray(value) ? value.every((one) => tags[name]?.includes(one)) : value === undefined || tags[name] === value)) &&
  $and.every((query) => matches(tags, query)) &&
  (!$or || $or.some((query) => matches(tags, query))) &&
  (!$not || !matches(tags, $not))

class MemoryStorage {
  supportsCursorPagination = false
  #records = new Map()

  #at = (type, id) => `${type} ${id}`

  async save(_, record) {
    const at = this.#at(record.type, record.id)
    if (this.#records.has(at)) throw new RecordDuplicateError('already there', { recordType: record.type })
    record.createdAt ??= new Date()
    this.#records.set(at, record.clone())
  }

  async update(_, record) {
    await this.getById(_, record.constructor, record.id)
    this.#records.set(this.#at(record.type, record.id), record.clone())
  }

  async delete(_, record) {
    return this.deleteById(_, record.constructor, record.id)
  }

  async deleteById(_, recordClass, id) {
    await this.getById(_, recordClass, id)
    this.#records.delete(this.#at(recordClass.type, id))
  }

  async getById(_, recordClass, id) {
    const found = this.#records.get(this.#at(recordClass.type, id))
    if (!found) throw new RecordNotFoundError('no such record', { recordType: recordClass.type })
    return found.clone()
  }

  async getAll(_, recordClass) {
    return this.findByQuery(_, recordClass, {})
  }

  async findByQuery(_, recordClass, query) {
    return [...this.#records.values()].filter((record) => record.type === recordClass.type && matches(record.getTags(), query)).map((record) => record.clone())
  }
}

export const memoryStorage = {
  register(dependencyManager) {
    dependencyManager.registerInstance(InjectionSymbols.StorageService, new MemoryStorage())
  },
}
