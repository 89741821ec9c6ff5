import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const choosing = (say: Wording): Texts['choosing'] => ({
  datasets: 'مجموعات البيانات',
  none: 'لا يمكنك قراءة أي مجموعة بيانات بعد. اطلب الوصول من المسؤول.',
  insert: 'إدراج',
  insertDataset: (title) => `إدراج ${title} كجدول`,
  notPulled: 'لم تُجلب بعد',
  pulled: (rows, age) => `${rows}، جُلبت ${age}`,
  inserted: (count, table) =>
    say.count(count, {
      zero: `لم يُدرج أي صف في ${table}.`,
      one: `أُدرج صف واحد في ${table}.`,
      two: `أُدرج صفان في ${table}.`,
      few: `أُدرجت # صفوف في ${table}.`,
      many: `أُدرج # صفًا في ${table}.`,
      other: `أُدرج # صف في ${table}.`,
    }),
  onNewSheet: (sheet) => `لم يكن المكان المحدد فارغًا، لذلك الجدول في الورقة الجديدة «${sheet}».`,
})
