import type { Texts } from '../en.ts'
import type { Wording } from '../wording.ts'

export const refreshing = (say: Wording): Texts['refreshing'] => ({
  tables: 'الجداول في هذا المصنف',
  none: 'لا يوجد جدول مرتبط هنا بعد. حدد خلية وأدرج مجموعة بيانات من القائمة أدناه.',
  refresh: 'تحديث',
  refreshAll: 'تحديث الكل',
  refreshTable: (table) => `تحديث ${table}`,
  show: (table) => `عرض ${table}`,
  refreshed: (rows, age, person) => `${rows}، حدّثها ${person} ${age}`,
  forget: 'نسيان هذا الارتباط',
  more: (table) => `المزيد للجدول ${table}`,
  incomplete: 'غير مكتمل',
  incompleteHelp: 'لم يكتمل التحديث الأخير، لذلك قد تكون بعض الصفوف قديمة. حدّث الجدول ليكتمل.',
  cancelled: 'أُلغي. بقي الجدول كما كان.',
  cancelledMidway: 'أُلغي في المنتصف. حدّث الجدول ليكتمل.',
  waitingForTurn: 'في انتظار دوره…',
  askingForData: 'جارٍ طلب بيانات حديثة…',
  pulling: (count) =>
    say.count(count, {
      zero: 'جارٍ قراءة المصدر: لا صفوف حتى الآن',
      one: 'جارٍ قراءة المصدر: صف واحد حتى الآن',
      two: 'جارٍ قراءة المصدر: صفان حتى الآن',
      few: 'جارٍ قراءة المصدر: # صفوف حتى الآن',
      many: 'جارٍ قراءة المصدر: # صفًا حتى الآن',
      other: 'جارٍ قراءة المصدر: # صف حتى الآن',
    }),
  reading: (done, total) => `جارٍ تحميل الصف ${done} من ${total}`,
  writing: (done, total) => `جارٍ كتابة الصف ${done} من ${total}`,
  readingAll: 'جارٍ التحميل…',
  writingAll: 'جارٍ الكتابة…',
  announce: {
    waiting: 'في انتظار الوسيط',
    pulling: 'جارٍ قراءة المصدر',
    reading: 'جارٍ تحميل الصفوف',
    writing: 'جارٍ كتابة الصفوف',
  },
  percent: (task, percent) => `${task}، ${say.number(percent)} بالمئة`,
  nothingChanged: 'لم يتغير شيء.',
  updated: (count) =>
    say.count(count, {
      zero: 'لم يُعدَّل أي صف',
      one: 'عُدّل صف واحد',
      two: 'عُدّل صفان',
      few: 'عُدّلت # صفوف',
      many: 'عُدّل # صفًا',
      other: 'عُدّل # صف',
    }),
  added: (count) =>
    say.count(count, {
      zero: 'لم يُضَف أي صف',
      one: 'أُضيف صف واحد',
      two: 'أُضيف صفان',
      few: 'أُضيفت # صفوف',
      many: 'أُضيف # صفًا',
      other: 'أُضيف # صف',
    }),
  removed: (count) =>
    say.count(count, {
      zero: 'لم يُحذف أي صف',
      one: 'حُذف صف واحد',
      two: 'حُذف صفان',
      few: 'حُذفت # صفوف',
      many: 'حُذف # صفًا',
      other: 'حُذف # صف',
    }),
  removedColumns: (columns) => `لم تُحدَّث لأنها أُزيلت من الجدول: ${columns}.`,
  orphanedColumns: (columns) => `لم تعد في مجموعة البيانات وتُركت كما كانت: ${columns}.`,
})
