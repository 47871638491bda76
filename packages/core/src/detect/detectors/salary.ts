import { nameDetector } from '../name-detector.ts'
import { isAboutPeople } from '../people.ts'

/** What someone earns. */
export const salary = nameDetector({
  id: 'salary',
  label: 'pii.salary',
  families: ['decimal', 'integer', 'text', 'other', 'json'],
  phrases: `salary basesalary annualsalary monthlysalary grosssalary netsalary wage hourlywage payrate hourlyrate grosspay
    netpay basepay takehomepay annualincome monthlyincome householdincome gehalt jahresgehalt bruttogehalt nettogehalt
    monatsgehalt stundenlohn bruttolohn nettolohn salaire salairebrut salairenet remuneration salario salariobase sueldo
    stipendio retribuzione remuneracion remuneracao ordenado salaris brutosalaris loon uurloon`,
  ends: 'compensation lohn',
  not: 'grade band min max range step review expense',
  otherwise: ({ name, table }) =>
    isAboutPeople(table) && name.some((word) => word === 'income' || word === 'bonus') && name.length <= 2
      ? 0.6
      : undefined,
})
